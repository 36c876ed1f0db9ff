export type Theme = "light" | "dark";

const key = "kindred-theme";

/** The theme that the page has: `public/theme.js` has set it before the first paint. */
export function themeNow(): Theme {
  return document.documentElement.dataset.theme === "dark" ? "dark" : "light";
}

/** Shows the theme, and keeps it for the next visit where the browser lets us. */
export function keepTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  try {
    localStorage.setItem(key, theme);
  } catch (error) {
    console.info("the theme is not kept, this browser lets the page store nothing", error);
  }
}
