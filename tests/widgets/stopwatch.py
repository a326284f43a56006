"""How long a person waits, as the page itself measures it: from an act until its result is painted.

Playwright's own round trips take longer than much of what is measured.
"""

from playwright.sync_api import Locator, Page

# How many seconds after `act` the selector's first element is on the screen.
TIMER = """
async (act, selector) => {
  const isSeen = () => document.querySelector(selector)?.checkVisibility();
  const began = performance.now();
  await new Promise((resolve) => {
    const look = () => {
      if (!isSeen()) return;
      observer.disconnect();
      requestAnimationFrame(() => setTimeout(resolve)); // after the frame in which it is painted
    };
    const observer = new MutationObserver(look);
    observer.observe(document, {subtree: true, childList: true, attributes: true});
    act();
    look();
  });
  return (performance.now() - began) / 1000;
}
"""
CLICK = f"(button, selector) => ({TIMER})(() => button.click(), selector)"
RUN = f"""async ([number, selector]) => {{
  const notebook = jupyterapp.shell.currentWidget.content;
  const code = notebook.widgets.filter((cell) => cell.model.type === "code");
  notebook.activeCellIndex = notebook.widgets.indexOf(code[number]);
  notebook.deselectAll();
  let ran;
  const act = () => {{ ran = jupyterapp.commands.execute("notebook:run-cell"); }};
  const began = performance.now();
  const ended = async () => {{ await ran; return (performance.now() - began) / 1000; }};
  const seen = await ({TIMER})(act, selector);
  return [seen, await ended()];
}}"""


def seconds_from_click(button: Locator, selector: str) -> float:
    """Click, and tell how many seconds it took until something was to be seen."""
    return float(button.evaluate(CLICK, selector))


def seconds_from_run(page: Page, cell: int, selector: str) -> float:
    """Run a cell, and tell how many seconds it took until something was to be seen."""
    [seen, _] = page.evaluate(RUN, [cell, selector])
    return float(seen)
