/**
 * Abort goes to Python as a message. While the cell that waits keeps the kernel busy, some kernels
 * read no messages; so without an answer the kernel is interrupted, which ends the waiting cell and
 * so stops the instrument too. Where no helper waits, there is nothing to interrupt: a cell of
 * the user's own is left alone.
 */

const PATIENCE = 400; // ms until an unanswered Abort is tried another way
const WHEN_FREE = "as soon as the kernel is free";
const BY_HAND = "press the stop button";

/**
 * Ask for aborts by message, else by interrupt.
 *
 * `isRunning()` tells whether there still is something to abort, `isBlocking()` whether a helper
 * keeps the kernel busy, and `helpless(words)` is told when neither way is open.
 */
function createAborter(model, { isRunning, isBlocking, helpless }) {
  const waiting = new Map(); // timers of the messages that have no answer yet
  let lastId = 0;

  function abort(extra = {}) {
    const id = ++lastId;
    waiting.set(id, setTimeout(insist, PATIENCE));
    model.send({ type: "abort", id, ...extra });
  }
  function insist() {
    forgetAll(); // one interrupt frees the kernel for all messages
    if (!isRunning()) return;
    if (!isBlocking() || inVoila()) helpless(WHEN_FREE);
    else interrupt();
  }
  async function interrupt() {
    try {
      await model.widget_manager.kernel.interrupt();
    } catch {
      helpless(BY_HAND);
    }
  }
  function forgetAll() {
    waiting.forEach((timer) => clearTimeout(timer));
    waiting.clear();
  }
  function onMessage({ type, id }) {
    if (type !== "ack") return;
    clearTimeout(waiting.get(id));
    waiting.delete(id);
  }
  function close() {
    forgetAll();
    model.off("msg:custom", onMessage);
  }
  model.on("msg:custom", onMessage);
  return { abort, close };
}
