// Looks at what the page shows, frame by frame of the screen. Goes before all other scripts.
window.probe = (() => {
  const SIDE = 32; // points looked at, across and down
  const SMALLEST = 150; // pixels: what is less wide or high is an icon
  const SETTLED = 400; // milliseconds without a change
  const PATIENCE = 60000;
  const LATE = 5000; // milliseconds in which pictures may still come that were pushed too fast

  // Bytes that WebSockets bring, and milliseconds in the callbacks that draw.
  const counted = { bytes: 0, drawing: 0 };
  const Original = window.WebSocket;
  window.WebSocket = class extends Original {
    constructor(...words) {
      super(...words);
      this.addEventListener("message", ({ data }) => {
        counted.bytes += data.byteLength ?? data.size ?? data.length;
      });
    }
  };
  const nextFrame = window.requestAnimationFrame.bind(window);
  window.requestAnimationFrame = (callback) => nextFrame((now) => {
    const began = performance.now();
    callback(now);
    counted.drawing += performance.now() - began;
  });

  // WebGL forgets what it has drawn, unless it is told not to.
  const getContext = HTMLCanvasElement.prototype.getContext;
  HTMLCanvasElement.prototype.getContext = function (type, options) {
    const kept = type.startsWith("webgl") ? { ...options, preserveDrawingBuffer: true } : options;
    return getContext.call(this, type, kept);
  };

  const sheet = new OffscreenCanvas(SIDE, SIDE).getContext("2d", { willReadFrequently: true });
  sheet.imageSmoothingEnabled = false;

  const isLoaded = (picture) => (picture.complete ?? true)
    && (picture.naturalWidth ?? picture.width) > 0;
  const isPicture = (picture) => picture.clientWidth >= SMALLEST
    && picture.clientHeight >= SMALLEST && isLoaded(picture) && picture.checkVisibility();

  // The layers of the last picture of the page: of what lies in the same output, what is as large.
  function layers() {
    const found = [...document.querySelectorAll(".jp-Cell-outputArea :is(img, canvas)")];
    const pictures = found.filter(isPicture);
    const area = pictures.at(-1)?.closest(".jp-Cell-outputArea");
    const here = pictures.filter((picture) => area.contains(picture));
    const width = Math.max(...here.map((picture) => picture.clientWidth));
    return here.filter((picture) => picture.clientWidth > 0.8 * width);
  }

  // The picture as one word; "" as long as there is none, or one without detail.
  function look() {
    sheet.clearRect(0, 0, SIDE, SIDE);
    for (const layer of layers()) sheet.drawImage(layer, 0, 0, SIDE, SIDE);
    const { data } = sheet.getImageData(0, 0, SIDE, SIDE);
    const points = new Uint32Array(data.buffer);
    if (new Set(points).size < 8) return "";
    let word = 0;
    for (const point of points) word = (Math.imul(word, 31) + point) | 0;
    return String(word);
  }

  const painted = () => new Promise((resolve) => setTimeout(() => resolve(Date.now() / 1000)));
  const frame = () => new Promise((resolve) => nextFrame(resolve));

  // What was on the screen before; an older picture may be the last again, if an output is cleared.
  const known = new Set([""]);

  // When something new is on the screen, in seconds since 1970.
  async function seen() {
    const patience = performance.now() + PATIENCE;
    while (performance.now() < patience) {
      await frame();
      if (!known.has(look())) return painted();
    }
    throw new Error("nothing new is to be seen");
  }

  // What is on the screen once it changes no more.
  async function settled() {
    let [word, since] = [look(), performance.now()];
    const end = since + LATE;
    while (performance.now() < Math.min(since + SETTLED, end)) {
      await frame();
      const now = look();
      if (now !== word) [word, since] = [now, performance.now()];
    }
    known.add(word);
    return word;
  }

  // Runs a code cell, and returns the promise of its end.
  function run(number) {
    const notebook = jupyterapp.shell.currentWidget.content;
    const code = notebook.widgets.filter((cell) => cell.model.type === "code");
    notebook.activeCellIndex = notebook.widgets.indexOf(code[number]);
    notebook.deselectAll();
    return jupyterapp.commands.execute("notebook:run-cell");
  }

  // Runs a cell, and tells when something new is on the screen.
  async function timed(number) {
    await settled();
    counted.bytes = 0;
    const [at] = await Promise.all([seen(), run(number)]);
    await settled();
    return { at, bytes: counted.bytes };
  }

  // Runs a cell, and tells when pictures came to the screen, until no more come; or soon after.
  async function followed(number) {
    let word = await settled();
    counted.bytes = 0;
    const times = [];
    let [last, end] = [Infinity, Infinity];
    run(number).then(() => {
      last = performance.now();
      end = last + LATE;
    });
    while (performance.now() < Math.min(last + 3 * SETTLED, end)) {
      await frame();
      const now = look();
      if (["", word].includes(now)) continue;
      word = now;
      times.push(performance.now() / 1000);
      if (last < Infinity) last = performance.now();
    }
    return { times, bytes: counted.bytes };
  }

  // Presses a key on a control, and tells how long the page worked to draw what that has changed.
  async function redrawn(selector, key) {
    const control = [...document.querySelectorAll(selector)].at(-1);
    await frame();
    counted.drawing = 0;
    const began = performance.now();
    control.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
    const handled = performance.now() - began;
    for (let frames = 0; frames < 3; frames++) await frame();
    return handled + counted.drawing;
  }

  return { followed, redrawn, timed };
})();
