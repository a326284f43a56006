/**
 * A picture of a frame: the whole of it.
 *
 * The last part of an anywidget module. Python joins elements.js, night.js, viewer_levels.js,
 * viewer_geometry.js, viewer_sky.js, viewer_scene.js, viewer_store.js, viewer_overlay.js,
 * viewer_gestures.js, viewer_stage.js, viewer_histogram.js, viewer_tools.js, viewer_readout.js
 * and this file.
 *
 * For those who look in from outside: `.indinb-viewer` > `.indinb-stage` with `.indinb-image`, a
 * canvas, and controls by their roles and names.
 */

const SHAPE_LIMITS = [0.6, 3]; // width over height of the stage

function viewerView(store) {
  const view = { draw };
  const stage = stageView(store, view, (pixel, byKeys) => readout.point(pixel, byKeys));
  const readout = readoutView(store, view);
  const histogram = histogramView(store);
  const tools = toolsView(store, stage);
  const live = liveView(store);
  const parts = [live, stage, readout, histogram, tools];
  const el = div("indinb indinb-viewer", ...parts.map((part) => part.el));
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Viewer");
  keepKeys(el);
  showTips(el);

  function draw() {
    const [width, height] = store.scene().size;
    const shape = store.scene().layers.length ? width / height : 1.6;
    el.style.setProperty("--shape", between(SHAPE_LIMITS[0], shape, SHAPE_LIMITS[1]));
    parts.forEach((part) => part.draw());
  }
  const close = () => [stage, tools].forEach((part) => part.close());
  return { el, view, close };
}

/** anywidget calls this once per model: the views of a model share its store. */
export default () => {
  let store;
  return {
    initialize({ model }) {
      store = createStore(model);
      return store.close;
    },
    render({ el }) {
      const viewer = viewerView(store);
      const unsubscribe = store.subscribe(viewer.view);
      el.append(viewer.el);
      return () => {
        unsubscribe();
        viewer.close();
        viewer.el.remove();
      };
    },
  };
};
