"use strict";
// Moves sliders, sends the state, swaps picture, sentence and table, downloads. Everything else is done by the program.
(() => {
  const $ = (id) => document.getElementById(id);
  const data = JSON.parse($("data").textContent);
  const lessons = [...data.lessons, data.own];
  const words = ["lesson", "seed", "guess", "shown", "truth", "text"];
  const tab = [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(16).padStart(8, "0")).join("");
  const type = { "content-type": "application/json" };
  // Milliseconds that a run may take before a moved slider stops it; a shorter one is awaited, so that dragging shows pictures.
  const patience = 150;

  let lesson = lessons[0];
  let state = {};
  let view = null;
  let serial = 0;
  let running = 0;
  let since = 0;
  let again = false;
  let width = 0;

  const fresh = () => ({ seed: lesson.seed, moved: {}, guess: null, shown: false, reveal: false });

  function element(name, attributes = {}, ...children) {
    const out = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) out.setAttribute(key, value);
    out.append(...children);
    return out;
  }

  function complain(text) {
    $("problem").textContent = text;
    $("message").hidden = !text;
  }

  // Sliders.

  function slider(input, output, values, texts, at) {
    input.max = values.length - 1;
    input.value = at;
    const tell = () => {
      output.textContent = texts[input.value];
      input.setAttribute("aria-valuetext", texts[input.value]);
    };
    tell();
    return tell;
  }

  function position(control, value) {
    const at = control.values.findIndex((x) => Math.abs(x - value) < 1e-9);
    return at < 0 ? control.start : at;
  }

  function showSliders() {
    $("sliders").replaceChildren(
      ...lesson.controls.map((control, i) => {
        const input = element("input", { type: "range", id: `slider-${i}`, min: 0, step: 1, "data-key": control.key });
        const output = element("output", { for: input.id });
        const tell = slider(input, output, control.values, control.texts, position(control, state.moved[control.key] ?? control.values[control.start]));
        input.addEventListener("input", () => {
          tell();
          const at = Number(input.value);
          if (at === control.start) delete state.moved[control.key];
          else state.moved[control.key] = control.values[at];
          changed();
        });
        const out = element("div", { class: "slider" }, element("label", { for: input.id }, control.label), output, input);
        if (control.help) out.append(element("details", {}, element("summary", { "aria-label": `What is this? ${control.label}` }, "What is this?"), control.help));
        return out;
      }),
    );
  }

  let tellGuess = () => {};

  function showGuess() {
    const guess = lesson.guess;
    $("ask-text").textContent = guess.ask;
    $("guess-number").hidden = guess.choice;
    $("guess-choice").hidden = !guess.choice;
    if (guess.choice) {
      $("answers").replaceChildren(
        ...guess.texts.map((text, i) => {
          const input = element("input", { type: "radio", name: "answer", value: i });
          input.checked = state.guess === i;
          return element("label", {}, input, text);
        }),
      );
    } else {
      tellGuess = slider($("guess-slider"), $("guess-text"), guess.values, guess.texts, position(guess, state.guess ?? guess.values[guess.start]));
    }
  }

  function guessed() {
    if (!lesson.guess.choice) return lesson.guess.values[$("guess-slider").value];
    const chosen = document.querySelector("input[name=answer]:checked");
    return chosen ? Number(chosen.value) : null;
  }

  // Lessons and links.

  function showLesson() {
    $("lesson").value = lesson.id;
    $("question").textContent = lesson.question;
    $("lead").textContent = lesson.lead;
    document.title = `${lesson.question} · dyadsim explorer`;
    $("note-list").replaceChildren(...lesson.notes.flatMap(([about, text]) => [element("dt", {}, about), element("dd", {}, text)]));
    $("ron").textContent = lesson.text;
    $("text").value = lesson.text;
    view = null;
    $("picture").replaceChildren(element("p", { id: "waiting" }, "The picture comes after your guess."));
    for (const id of ["sentence", "truth", "verdict", "effort"]) $(id).textContent = "";
    $("table").replaceChildren();
    showSliders();
    showGuess();
    buttons();
  }

  function choose(id) {
    lesson = lessons.find((one) => one.id === id) ?? lessons[0];
    state = fresh();
    complain("");
    showLesson();
    changed();
  }

  function buttons() {
    const ready = Boolean(view && state.shown);
    for (const id of ["svg", "png", "reveal"]) $(id).disabled = !ready;
    $("reveal").setAttribute("aria-pressed", String(state.reveal));
    $("reveal").textContent = state.reveal ? "Hide the truth" : "Reveal the truth";
    $("numbers").hidden = !ready;
  }

  function toLink() {
    const pairs = new URLSearchParams({ lesson: lesson.id });
    if (state.seed !== lesson.seed) pairs.set("seed", state.seed);
    for (const [key, value] of Object.entries(state.moved)) pairs.set(key, value);
    if (state.guess !== null) pairs.set("guess", state.guess);
    if (state.shown) pairs.set("shown", 1);
    if (state.reveal) pairs.set("truth", 1);
    if (lesson === data.own && lesson.changed) pairs.set("text", lesson.text);
    history.replaceState(null, "", `#${pairs}`);
  }

  // What of a link makes no sense is sent as it is: the program says what is wrong with it.
  async function fromLink() {
    const pairs = new URLSearchParams(location.hash.slice(1));
    if (pairs.has("text") && !(await useText(pairs.get("text"), false))) return;
    const id = pairs.get("lesson") ?? (data.begin_with_own ? data.own.id : lessons[0].id);
    const known = lessons.find((one) => one.id === id);
    lesson = known ?? lessons[0];
    state = fresh();
    const wrong = [];
    const number = (key) => {
      const value = Number(pairs.get(key));
      if (pairs.get(key).trim() === "" || !Number.isFinite(value)) wrong.push(`${key}: “${pairs.get(key)}” is not a number`);
      else return value;
    };
    if (pairs.has("seed")) state.seed = number("seed") ?? lesson.seed;
    if (pairs.has("guess")) state.guess = number("guess") ?? null;
    for (const key of pairs.keys()) if (!words.includes(key)) { const value = number(key); if (value !== undefined) state.moved[key] = value; }
    state.shown = pairs.get("shown") === "1";
    state.reveal = state.shown && pairs.get("truth") === "1";
    if (!known) wrong.push(`lesson: there is no lesson called “${id}”`);
    if (wrong.length) return refuse(wrong.join("\n"));
    complain("");
    showLesson();
    ask({ fromLink: true });
  }

  // A link that cannot be used: the lesson as it begins, and what is wrong.
  function refuse(text) {
    state = fresh();
    showLesson();
    complain(`This link cannot be used as it is; the lesson starts from its beginning.\n${text}`);
    ask({ quiet: true });
  }

  // Asking the program.

  function changed() {
    toLink();
    if (running && performance.now() - since < patience) again = true;
    else ask();
  }

  function shownWidth() {
    const scale = document.documentElement.classList.contains("big") ? 1.5 : 1;
    return Math.round($("picture").clientWidth / scale);
  }

  async function ask({ fromLink = false, quiet = false } = {}) {
    const mine = ++serial;
    running = mine;
    since = performance.now();
    again = false;
    width = shownWidth();
    const moved = Object.fromEntries(Object.entries(state.moved));
    const request = { lesson: lesson.id, seed: state.seed, values: moved, guess: state.guess, reveal: state.reveal, width };
    if (lesson === data.own) request.text = lesson.text;
    let wrong = null;
    const take = (line) => {
      if (mine !== serial) return;
      if (line.progress !== undefined) working(line.progress);
      else if (line.view) show(line.view, quiet);
      else if (line.wrong !== undefined) wrong = line.wrong;
      else if (line.stopped) $("effort").textContent = "Cancelled.";
    };
    try {
      await post("/view", { tab, request }, take);
    } catch (error) {
      wrong = `The program does not answer (${error.message}). Is dyadsim explore still running?`;
    }
    if (mine !== serial) return;
    running = 0;
    working(null);
    if (wrong !== null) return fromLink ? refuse(wrong) : complain(wrong);
    if (again) ask();
  }

  // Sends JSON and takes the lines of the answer as they come. Not by fetch: browsers take the end of a stream that a script
  // reads from it for a broken connection.
  function post(path, body, take) {
    return new Promise((done, fail) => {
      const call = new XMLHttpRequest();
      let read = 0;
      const more = () => {
        for (let end; (end = call.responseText.indexOf("\n", read)) >= 0; read = end + 1) take(JSON.parse(call.responseText.slice(read, end)));
      };
      call.open("POST", path);
      call.setRequestHeader("content-type", "application/json");
      call.onprogress = more;
      call.onload = () => {
        more();
        done();
      };
      call.onerror = () => fail(new Error("no connection"));
      call.send(JSON.stringify(body));
    });
  }

  function working(share) {
    $("work").hidden = share === null;
    $("picture").classList.toggle("old", share !== null);
    if (share !== null) $("progress").value = share;
  }

  function drawing(text) {
    return document.adoptNode(new DOMParser().parseFromString(text, "image/svg+xml").documentElement);
  }

  function show(answer, quiet) {
    view = answer;
    if (!quiet) complain("");
    $("ron").textContent = view.text;
    $("text").value = view.text;
    $("effort").textContent = view.work;
    if (state.shown) {
      $("picture").replaceChildren(drawing(view.picture));
      $("sentence").textContent = view.sentence;
      $("verdict").textContent = view.verdict ?? "";
      $("truth").textContent = view.truth ?? "";
      const head = element("tr", {}, ...view.head.map((text) => element("th", { scope: "col" }, text)));
      const rows = view.rows.map((row) => element("tr", {}, ...row.map((text) => element("td", {}, text))));
      $("table").replaceChildren(element("table", {}, element("thead", {}, head), element("tbody", {}, ...rows)));
    }
    buttons();
    document.body.dataset.pictures = Number(document.body.dataset.pictures ?? 0) + 1;
  }

  // Files.

  function save(blob, ending) {
    const link = element("a", { href: URL.createObjectURL(blob), download: `dyadsim-${lesson.id}.${ending}` });
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10000);
  }

  function png(text) {
    const address = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
    const image = new Image();
    image.onload = () => {
      const canvas = element("canvas", { width: 2 * image.naturalWidth, height: 2 * image.naturalHeight });
      canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
      canvas.toBlob((blob) => save(blob, "png"), "image/png");
      URL.revokeObjectURL(address);
    };
    image.onerror = () => complain("The browser could not draw the picture; download it as SVG instead.");
    image.src = address;
  }

  async function useText(text, open = true) {
    let answer;
    try {
      const reply = await fetch("/lesson", { method: "POST", headers: type, body: JSON.stringify({ text }) });
      answer = await reply.json();
    } catch (error) {
      answer = { wrong: `The program does not answer (${error.message}). Is dyadsim explore still running?` };
    }
    if (answer.wrong !== undefined) {
      if (!open) refuse(answer.wrong);
      else complain(answer.wrong);
      return false;
    }
    Object.assign(data.own, answer.lesson, { changed: true });
    if (open) choose(data.own.id);
    return true;
  }

  // Wiring.

  $("lesson").replaceChildren(...lessons.map((one, i) => element("option", { value: one.id }, `${i + 1}. ${one.name}`)));
  $("lesson").addEventListener("change", () => choose($("lesson").value));
  const step = (by) => choose(lessons[(lessons.indexOf(lesson) + by + lessons.length) % lessons.length].id);
  $("previous").addEventListener("click", () => step(-1));
  $("next").addEventListener("click", () => step(1));
  $("big").addEventListener("click", () => {
    const big = document.documentElement.classList.toggle("big");
    $("big").setAttribute("aria-pressed", String(big));
    if (state.shown) changed();
  });
  $("guess-slider").addEventListener("input", () => tellGuess());
  $("guess").addEventListener("submit", (event) => {
    event.preventDefault();
    state.guess = guessed();
    if (state.guess === null) return complain("Choose one of the answers first: a guess makes you look twice.");
    state.shown = true;
    changed();
  });
  $("reveal").addEventListener("click", () => {
    state.reveal = !state.reveal;
    changed();
  });
  $("random").addEventListener("click", () => {
    state.seed = 1 + (crypto.getRandomValues(new Uint32Array(1))[0] % 999999999);
    changed();
  });
  $("reset").addEventListener("click", () => {
    state = { ...fresh(), guess: state.guess, shown: state.shown };
    complain("");
    showSliders();
    changed();
  });
  $("link").addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(location.href);
      $("effort").textContent = "Link copied.";
    } catch {
      complain(`Copy this link:\n${location.href}`);
    }
  });
  $("cancel").addEventListener("click", () => post("/cancel", { tab }, () => {}).catch(() => {}));
  $("dismiss").addEventListener("click", () => complain(""));
  $("svg").addEventListener("click", () => save(new Blob([view.file], { type: "image/svg+xml" }), "svg"));
  $("png").addEventListener("click", () => png(view.file));
  $("save").addEventListener("click", () => save(new Blob([$("ron").textContent], { type: "text/plain" }), "ron"));
  $("load").addEventListener("change", async () => {
    const file = $("load").files[0];
    if (file) await useText(await file.text());
    $("load").value = "";
  });
  $("use").addEventListener("click", () => useText($("text").value));
  addEventListener("hashchange", fromLink);
  addEventListener("resize", () => state.shown && Math.abs(shownWidth() - width) > 30 && changed());
  fromLink();
})();
