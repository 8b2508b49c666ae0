import menu from "./account-menu.module.css";
import buttons from "./button.module.css";
import type { Theme } from "./places.ts";
import text from "./text.module.css";
import { ThemeForm } from "./theme-form.tsx";

/** The choice of a theme for visitors, who have no account menu. */
export function ThemeMenu({ theme }: { theme: Theme }) {
  return (
    <>
      <button type="button" className={buttons.quiet} popoverTarget="theme-menu" title="Theme">
        <span className={text.hidden}>Theme</span>
        <svg viewBox="0 0 20 20" width="18" height="18" aria-hidden="true">
          <circle cx="10" cy="10" r="7" fill="none" stroke="currentcolor" strokeWidth="1.6" />
          <path d="M10 3a7 7 0 0 1 0 14Z" fill="currentcolor" />
        </svg>
      </button>
      <div id="theme-menu" popover="auto" className={menu.menu}>
        <ThemeForm theme={theme} />
      </div>
    </>
  );
}
