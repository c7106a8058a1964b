// The page "One number" as a whole: explanations of words, a lecture, paper. It starts all sections.

// -- words with dots below: explained on hover, focus or touch, until Escape or a step elsewhere ---------

function setUpTerms() {
  const note = $("#note");
  let shown = null, pause = 0;
  const hide = () => { clearTimeout(pause); shown?.setAttribute("aria-expanded", "false"); shown = null; note.hidden = true; };
  const leave = () => { clearTimeout(pause); pause = setTimeout(hide, 200); }; // time enough to reach the note with the mouse
  const show = (term) => {
    if (shown !== term) hide();
    clearTimeout(pause);
    shown = term;
    term.setAttribute("aria-expanded", "true");
    note.textContent = TERMS[term.dataset.term];
    note.hidden = false;
    const at = term.getBoundingClientRect(), [wide, high] = [note.offsetWidth, note.offsetHeight], below = at.bottom + high + 12 < innerHeight;
    note.style.left = `${clamp(at.left, 10, document.documentElement.clientWidth - wide - 10) + scrollX}px`;
    note.style.top = `${(below ? at.bottom + 6 : at.top - high - 6) + scrollY}px`;
  };
  for (const term of all(".term")) {
    term.addEventListener("pointerenter", (event) => { if (event.pointerType === "mouse") show(term); });
    term.addEventListener("pointerleave", (event) => { if (event.pointerType === "mouse" && document.activeElement !== term) leave(); });
    term.addEventListener("focus", () => show(term));
    term.addEventListener("click", () => show(term)); // a touch, in browsers that do not focus a button
    term.addEventListener("blur", leave);
  }
  note.addEventListener("pointerenter", () => clearTimeout(pause));
  note.addEventListener("pointerleave", leave);
  addEventListener("keydown", (event) => { if (event.key === "Escape") hide(); });
  document.addEventListener("pointerdown", (event) => { if (!event.target.closest(".term, #note")) hide(); });
}

// -- a lecture, one section a screen ----------------------------------------------------------------

function setUpLecture() {
  if (!lecture) return;
  document.documentElement.classList.add("lecture");
  const screens = all(".opening, .part, .course");
  let here = clamp(screens.findIndex((e) => `#${e.id}` === location.hash), 0, screens.length - 1);
  const show = (k) => {
    here = clamp(k, 0, screens.length - 1);
    screens.forEach((e, i) => e.classList.toggle("here", i === here));
    scrollTo(0, 0);
    try { history.replaceState(null, "", `#${screens[here].id}`); } catch { /* some browsers keep a file's address as it is */ }
    say($("h1, h2", screens[here]).textContent);
    for (const name in figures) touch(name);
  };
  addEventListener("keydown", (event) => {
    if (event.target.matches("input, select, textarea") || event.altKey || event.ctrlKey || event.metaKey) return;
    const by = { ArrowRight: 1, ArrowDown: 1, PageDown: 1, ArrowLeft: -1, ArrowUp: -1, PageUp: -1 }[event.key];
    if (by) { event.preventDefault(); show(here + by); }
  });
  show(here);
}

// -- the start ------------------------------------------------------------------------------------

function setUpCopy() {
  const button = $("[data-go=copy]");
  button.addEventListener("click", async () => {
    try { await navigator.clipboard.writeText($("[data-fill=python]").textContent); say("Copied."); } catch { getSelection().selectAllChildren($("[data-fill=python]")); say("Selected: copy it with the keyboard."); }
  });
}
function redraw() { newTheme(); for (const name in figures) touch(name); }
newTheme();
dark.addEventListener("change", redraw);
addEventListener("beforeprint", () => { printing = true; newTheme(); fan.share = 1; for (const one of Object.values(figures)) { one.arrive?.(); paint(one); } });
addEventListener("afterprint", () => { printing = false; redraw(); });
for (const setUp of [setUpFan, setUpTwins, setUpLaw, setUpSpeeds, setUpRegimes, setUpTwist, setUpWhy, setUpMap, setUpTerms, setUpCopy, setUpLecture]) setUp();
pythonWords();
window.ONE_NUMBER = { FAN, fan, TWINS, HALVES, TWINS_END, at, columns, law, speedsOf, speeds, runAt, ribbon, solve, start, measure, figures, race, keyOf, REAL, sweepOf, tableOf, INPUTS_AROUND, MAP, place, lives, liveRun, logTimes };
