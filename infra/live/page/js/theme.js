// The light or dark theme: the system's setting, until the user presses the button.
const KEY = "choreo-theme";
const dark = matchMedia("(prefers-color-scheme: dark)");

const current = () => localStorage.getItem(KEY) ?? (dark.matches ? "dark" : "light");

export function addThemeSwitch(button) {
  const show = () => {
    document.documentElement.style.colorScheme = localStorage.getItem(KEY) ?? "light dark";
    button.textContent = current() === "dark" ? "☀" : "☾";
  };
  button.addEventListener("click", () => {
    localStorage.setItem(KEY, current() === "dark" ? "light" : "dark");
    show();
  });
  dark.addEventListener("change", show);
  show();
}
