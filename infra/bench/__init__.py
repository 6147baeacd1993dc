"""How fast it is: what was measured side by side in one run, told as ratios; its README has results."""
