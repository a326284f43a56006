/**
 * The camera's card: the newest picture, and how to take the next.
 *
 * A part of the dashboard's module; dashboard.js tells how the parts are joined.
 */

/** The newest picture, and under it what is to be read of it. */
function pictureView() {
  const image = create("img", { alt: "" });
  const empty = create("p", { role: "status" });
  const file = span("indinb-file");
  const words = span("indinb-facts");
  const levels = readoutsView("indinb-levels");
  const caption = create("figcaption", {}, file, words, levels.el);
  const well = div("indinb-picture", image, empty);
  const el = create("figure", {}, well, caption);

  function update({ picture, shown }) {
    const facts = picture ?? {};
    const url = facts.error ? "" : (shown?.url ?? "");
    if (url && image.getAttribute("src") !== url) image.src = url;
    image.hidden = !url;
    image.alt = `The newest picture, ${facts.size ?? ""} pixels`;
    setText(empty, facts.error ? sentence(facts.error) : url ? "" : "No picture yet");
    caption.hidden = !picture || Boolean(facts.error);
    const { size, exposure, type, filter, time } = facts;
    const told = [type, exposure, filter, size, time && `${time} UT`];
    setText(file, facts.file ?? "Not saved");
    file.dataset.saved = Boolean(facts.file);
    setText(words, told.filter(Boolean).join(" · "));
    levels.update(["min", "median", "max"].map((name) => [name, facts[name]]));
  }
  return { el, update };
}

/** How cold the sensor is, and how cold it shall be. */
function coolingView(act) {
  const field = textField({ inputmode: "text", placeholder: "−10" });
  const send = plainButton("Set", () => {});
  send.type = "submit";
  const cooler = toggleView("Cooler", (on) => act("cooler", { on }));
  const cool = () => field.value.trim() && act("cool", { celsius: field.value });
  const wish = form(cool, labelled("Cool to", field, "°C"), send);
  const el = div("indinb-line indinb-cooling", wish, cooler.el);
  function update({ temperature, cooler: on, can }) {
    wish.hidden = !can.cool || !temperature;
    cooler.el.hidden = !can.switch;
    el.hidden = wish.hidden && cooler.el.hidden;
    cooler.update(on);
  }
  return { el, update };
}

function cameraBody(act) {
  const picture = pictureView();
  const sensor = span("indinb-sensor");
  const exposure = textField({ inputmode: "text" });
  const count = textField({ inputmode: "numeric" });
  const loop = toggleView("Loop", (on) => act("loop", { on }));
  const binning = dropdown({});
  const frameType = dropdown({});
  const expose = sender("Expose");
  const frames = labelled("Frames", count);
  const bins = labelled("Binning", binning);
  const fields = [labelled("Exposure (s)", exposure), frames, loop.el, bins];
  const plan = form(take, ...fields, labelled("Type", frameType), expose);
  const cooling = coolingView(act);
  let begun = false;

  function take() {
    if (expose.disabled) return; // Enter asks nobody
    act("expose", {
      exposure: exposure.value,
      count: count.value || "1",
      binning: binning.value ? Number(binning.value) : null,
      frame_type: frameType.value,
    });
  }
  /** Begin with what was asked for last; from then on, the fields are the user's. */
  function begin({ exposure: time, count: number, binning: bin, frame_type: type }) {
    exposure.value = time;
    count.value = number;
    if (bin) binning.value = bin;
    frameType.value = type;
    begun = true;
  }
  function update(card) {
    setText(sensor, card.temperature ?? "");
    setOptions(binning, card.binnings.map((one) => [one, `${one} × ${one}`]));
    setOptions(frameType, card.frame_types.map((one) => [one, sentence(one)]));
    if (!begun) begin(card.plan);
    bins.hidden = card.binnings.length < 2;
    loop.update(card.loop);
    count.disabled = card.loop;
    expose.disabled = !card.can.expose || card.exposing || card.series;
    cooling.update(card);
  }
  return {
    above: [picture.el],
    aside: [sensor],
    readouts: [],
    controls: [plan, cooling.el],
    update,
    updateAbove: picture.update,
  };
}
