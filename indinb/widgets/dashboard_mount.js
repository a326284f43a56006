/**
 * The mount's card: where it points, and where it shall.
 *
 * A part of the dashboard's module; dashboard.js tells how the parts are joined.
 */

function targetView() {
  const name = span("indinb-target-name");
  const place = span("indinb-target-place");
  const height = span("indinb-target-height");
  const el = create("p", { class: "indinb-target", role: "status" }, name, place, height);
  function update(target) {
    el.hidden = !target;
    setText(name, target?.name ?? "");
    setText(place, target?.place ?? "");
    setText(height, target?.height ?? "");
  }
  return { el, update };
}

function mountBody(act) {
  const readouts = readoutsView("indinb-directions");
  const target = targetView();
  const field = textField({ placeholder: "M31, Vega or RA Dec", enterkeyhint: "go" });
  const aim = (action) => () => {
    if (field.value.trim()) act(action, { target: field.value });
    else field.focus();
  };
  const slew = sender("Slew");
  const sync = plainButton("Sync", aim("sync"));
  const track = toggleView("Track", (on) => act("track", { on }));
  const park = plainButton("Park", () => act("park", { on: park.dataset.parked !== "true" }));
  const goal = form(aim("slew"), labelled("Target", field), slew, sync);
  const motion = div("indinb-line", track.el, park);

  function update(card) {
    readouts.update([
      ["RA", card.ra],
      ["Dec", card.dec],
      ["Alt", card.alt],
      ["Az", card.az],
    ]);
    target.update(card.target);
    field.disabled = slew.disabled = !card.can.slew || card.parked;
    sync.hidden = !card.can.sync;
    sync.disabled = card.parked;
    track.update(card.tracking);
    track.el.hidden = !card.can.track;
    track.el.disabled = card.parked;
    park.hidden = !card.can.park;
    park.dataset.parked = card.parked;
    setText(park, card.parked ? "Unpark" : "Park");
  }
  return { readouts: [readouts.el, target.el], controls: [goal, motion], update };
}
