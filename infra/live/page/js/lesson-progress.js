// The progress of the lesson that the run plays, as the run's state has it.

/** Whether a lesson is being played. */
export const isBusy = (progress) => ["starting", "playing"].includes(progress?.phase);
