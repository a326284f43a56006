/**
 * The desk of an observer: the whole of it.
 *
 * The last part of an anywidget module. Python joins elements.js, abort.js, night.js,
 * dashboard_store.js, dashboard_parts.js, dashboard_mount.js, dashboard_camera.js, dashboard_focuser.js and this file.
 *
 * For those who look in from outside: `.indinb-dashboard` > `[data-card]`, and controls by their
 * roles and names.
 */

const LOSSES = { lost: "The link to the server is lost", closed: "The connection is closed" };

/** What is said of a link that is gone, in Python's own words where there are some. */
function lossOf({ status, loss }) {
  if (status === "connected") return "";
  return `${sentence(loss || LOSSES[status])}. These are the last known values.`;
}

/** What is said over the desk: that the link is lost, and how to look for it at once. */
function lossView(store) {
  const banner = create("div", { class: "indinb-banner", role: "status" });
  const retry = button("indinb-set", () => store.reconnect(), "Reconnect");
  const el = div("indinb-loss", banner, retry);
  function update(state) {
    const abortable = Object.values(state).some((card) => card?.can?.abort);
    setText(banner, lossOf(state) || (abortable && state.hint) || "");
    retry.hidden = state.status !== "lost" || !state.reconnects;
  }
  return { el, update };
}

function dashboardView(store) {
  const loss = lossView(store);
  const night = nightView();
  const cards = [
    cardView(store, "camera", "Camera", cameraBody, { corner: [night.el] }),
    cardView(store, "mount", "Mount", mountBody),
    cardView(store, "focuser", "Focuser", focuserBody),
    cardView(store, "wheel", "Filter", wheelBody, { stops: false }),
  ];
  const desk = div("indinb-desk", ...cards.map(({ el }) => el));
  const el = div("indinb indinb-dashboard", loss.el, desk);
  el.setAttribute("role", "group");
  el.setAttribute("aria-label", "Dashboard of the observatory");
  keepKeys(el);
  showTips(el);

  function update(state) {
    loss.update(state);
    el.dataset.trouble = state.status === "connected" ? "" : state.status;
    cards.forEach((card) => card.update(state));
  }
  return { el, update, close: night.close };
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
      const dashboard = dashboardView(store);
      const unsubscribe = store.subscribe(dashboard.update);
      el.append(dashboard.el);
      return () => {
        unsubscribe();
        dashboard.close();
        dashboard.el.remove();
      };
    },
  };
};
