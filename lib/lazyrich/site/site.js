// What the pages do in the browser: start a demo when it is scrolled to, and search all pages. Nothing is asked of any other host.

const make = (tag, attributes = {}, ...children) => {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
};

// A file beside this page, as a script: modules cannot be imported from a folder without a server.
const loaded = new Map();
function load(file) {
  if (!loaded.has(file)) {
    loaded.set(file, new Promise((done, failed) => {
      const script = make("script", { src: file });
      script.onload = done;
      script.onerror = () => failed(new Error(`cannot read ${file}`));
      document.head.append(script);
    }));
  }
  return loaded.get(file);
}

// -- demos ---------------------------------------------------------------------------------------------------

async function start(place) {
  const kind = place.dataset.demo;
  await load(`demo-${kind}.js`);
  const address = URL.createObjectURL(new Blob([window.DEMOS[kind]], { type: "text/javascript" }));
  const module = (await import(address)).default;
  module.render({ model: localModel(JSON.parse(place.dataset.state)), el: place });
  const still = place.nextElementSibling;
  if (still?.classList.contains("still")) still.hidden = true;
}

const near = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    near.unobserve(target);
    start(target).catch((error) => console.error(error)); // the still picture stays
  }
}, { rootMargin: "600px" });
for (const place of document.querySelectorAll("[data-demo]")) near.observe(place);

// -- search --------------------------------------------------------------------------------------------------

const field = document.getElementById("q"), found = document.getElementById("found");

// Pages that have all words: those with a word in their title first, then those with more of them.
function hits(pages, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return pages.map((page) => {
    const text = page.words.toLowerCase(), title = page.title.toLowerCase();
    const counts = words.map((word) => text.split(word).length - 1 + 50 * (title.split(word).length - 1));
    return { page, score: Math.min(...counts), at: text.indexOf(words[0]) };
  }).filter(({ score }) => score > 0).sort((a, b) => b.score - a.score).slice(0, 12);
}

function around(page, at, word) {
  const begin = Math.max(0, at - 50), text = page.words.slice(begin, at + 90);
  const place = Math.max(0, at - begin);
  return at < 0 ? [page.words.slice(0, 110)] : [text.slice(0, place), make("mark", {}, text.slice(place, place + word.length)), text.slice(place + word.length)];
}

async function search() {
  const query = field.value.trim();
  found.hidden = query.length < 2;
  if (found.hidden) return;
  await load("search.js");
  const list = hits(window.PAGES, query), word = query.split(/\s+/)[0];
  found.replaceChildren(list.length
    ? make("ul", {}, ...list.map(({ page, at }) => make("li", {}, make("a", { href: page.file }, make("strong", {}, page.title), make("span", {}, ...around(page, at, word))))))
    : make("p", { role: "status" }, `No page has “${query}”.`));
}

field.addEventListener("input", search);
field.form.addEventListener("submit", (event) => {
  event.preventDefault();
  found.querySelector("a")?.click();
});
field.form.addEventListener("keydown", (event) => {
  const links = [...found.querySelectorAll("a")], at = links.indexOf(document.activeElement);
  if (event.key === "Escape") { found.hidden = true; field.focus(); }
  if (event.key === "ArrowDown" && links[at + 1]) { links[at + 1].focus(); event.preventDefault(); }
  if (event.key === "ArrowUp") { (links[at - 1] || field).focus(); event.preventDefault(); }
});
document.addEventListener("click", (event) => { if (!field.form.contains(event.target)) found.hidden = true; });

// On a phone the table of contents starts folded.
if (window.matchMedia("(max-width: 1100px)").matches) document.querySelector(".contents details")?.removeAttribute("open");
