const OVERLAYS = '[role="dialog"], [role="menu"]';

const holdsDialog = (node: Node): boolean =>
  node instanceof Element && (node.matches('[role="dialog"]') || node.querySelector('[role="dialog"]') !== null);

/**
 * Whoever closes a dialog finds the focus where it was before, until the returned function is called. The library's dialogs do so only when
 * they stay in the page; ours are taken away whole, so that each begins anew.
 */
export function returnFocus(): () => void {
  let before: HTMLElement | undefined;
  const remember = ({ target }: FocusEvent) => {
    if (target instanceof HTMLElement && target.closest(OVERLAYS) === null) before = target;
  };
  const observer = new MutationObserver((changes) => {
    if (!changes.some(({ removedNodes }) => [...removedNodes].some(holdsDialog))) return;
    if (document.activeElement === document.body && before?.isConnected) before.focus({ preventScroll: true });
  });
  document.addEventListener("focusin", remember);
  observer.observe(document.body, { childList: true, subtree: true });
  return () => {
    document.removeEventListener("focusin", remember);
    observer.disconnect();
  };
}
