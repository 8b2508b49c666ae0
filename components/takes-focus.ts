/** Attributes that give an element the focus when it appears; `autoFocus` does so on pages without JavaScript. */
export const takesFocus = { tabIndex: -1, autoFocus: true };
