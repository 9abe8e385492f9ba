/**
 * What the review page does beyond links and forms: pictures are asked for once and shown wherever a part of them is, values
 * are set without losing the place, everything goes by the keyboard, and nothing is left on a screen nobody sits at.
 */

/** Addresses in memory of the pictures that were asked for. */
const pictures = new Map();

async function pictureOf(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`picture: ${response.status}`);
  return URL.createObjectURL(await response.blob());
}

/** Shows the picture of an image once it is near the part of the page that is seen. */
const nearby = new IntersectionObserver((entries) => {
  for (const { isIntersecting, target } of entries) {
    if (!isIntersecting) continue;
    nearby.unobserve(target);
    for (const image of target.querySelectorAll("image[data-src]")) show(image);
  }
}, { rootMargin: "200px" });

async function show(image) {
  const { src } = image.dataset;
  if (!pictures.has(src)) pictures.set(src, pictureOf(src));
  try {
    image.setAttribute("href", await pictures.get(src));
  } catch {
    pictures.delete(src);
    tell("A picture could not be loaded: load the page anew.", "bad");
  }
}

function watchPictures() {
  for (const drawing of document.querySelectorAll("svg:has(image[data-src]:not([href]))")) {
    nearby.observe(drawing);
  }
}

function tell(says, kind) {
  const notice = document.getElementById("notice");
  notice.textContent = says;
  notice.className = kind;
}

function turnTo(page) {
  const wanted = String(page);
  if (!document.querySelector(`figure[data-page="${CSS.escape(wanted)}"]`)) return;
  for (const figure of document.querySelectorAll("figure[data-page]")) {
    figure.hidden = figure.dataset.page !== wanted;
  }
  for (const tab of document.querySelectorAll("nav.pages button")) {
    tab.setAttribute("aria-current", tab.dataset.page === wanted ? "page" : "false");
  }
}

/** Frames a value on its page, and brings it into view. */
function point(path) {
  for (const frame of document.querySelectorAll("rect.current")) frame.classList.remove("current");
  const frame = document.querySelector(`rect[data-path="${CSS.escape(path)}"]`);
  if (!frame) return;
  turnTo(frame.closest("figure").dataset.page);
  frame.classList.add("current");
  frame.scrollIntoView({ block: "center", inline: "nearest" });
}

const doubtful = () => [...document.querySelectorAll("form.value.doubt")];

function enter(form) {
  const input = form?.querySelector("input[name=value]");
  input?.focus();
  input?.select();
}

/** Where somebody goes on: what needs mending, the doubtful value at a place, or the approval. */
function goOn(at) {
  const { focus } = document.getElementById("panel").dataset;
  const forms = doubtful();
  if (focus === "patient") {
    return (document.querySelector("#other-patient button") ?? document.querySelector("#found button") ??
      document.getElementById("search"))?.focus();
  }
  if (focus) return enter(forms.find((form) => form.dataset.path === focus) ?? edit(focus));
  if (forms.length > 0) return enter(forms[at] ?? forms[0]);
  document.querySelector("#approve button")?.focus();
}

/** Puts a form in a value's place. */
function edit(path) {
  const button = document.querySelector(`button.edit[data-path="${CSS.escape(path)}"]`);
  const template = document.getElementById("edit");
  if (!button || !template) return undefined;
  const form = template.content.firstElementChild.cloneNode(true);
  const input = form.querySelector("input[name=value]");
  form.dataset.path = path;
  form.querySelector("input[name=path]").value = path;
  form.querySelector("label").textContent = button.getAttribute("aria-label");
  input.value = button.dataset.value;
  input.id = `value-${path}`;
  form.querySelector("label").htmlFor = input.id;
  button.replaceWith(form);
  return form;
}

/** Sends a form, and puts what came of it in place of what was there. */
async function send(form) {
  const at = Math.max(0, doubtful().indexOf(form));
  form.inert = true;
  let response;
  try {
    response = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
  } catch {
    form.inert = false;
    return tell("The gateway does not answer. What you typed is still here.", "bad");
  }
  const fresh = new DOMParser().parseFromString(await response.text(), "text/html");
  const panel = fresh.getElementById("panel");
  if (response.status === 401) {
    return location.assign(`/sign-in?over&next=${encodeURIComponent(location.pathname)}`);
  }
  if (!panel) {
    form.inert = false;
    return tell(fresh.getElementById("notice")?.textContent ?? "The gateway could not answer.", "bad");
  }
  for (const part of [panel, ...fresh.querySelectorAll("g[id^=boxes-]")]) {
    document.getElementById(part.id)?.replaceWith(part);
  }
  const { textContent, className } = fresh.getElementById("notice");
  tell(textContent, className);
  stayAwake();
  watchPictures();
  goOn(at);
}

function step(by) {
  const forms = doubtful();
  if (forms.length === 0) return;
  const at = forms.indexOf(document.activeElement?.closest("form.value"));
  enter(forms[at < 0 ? 0 : (at + by + forms.length) % forms.length]);
}

function toPatient() {
  const search = document.getElementById("search");
  if (search) return search.focus();
  const details = document.querySelector("details:has([name=mrn])");
  if (!details) return;
  details.open = true;
  details.querySelector("input:not([type=hidden])").focus();
}

/** What a key does with Alt, by its place on the keyboard. */
const ALT = {
  ArrowDown: () => step(1),
  ArrowUp: () => step(-1),
  KeyP: toPatient,
  KeyR: () => document.getElementById("disposition")?.focus(),
  KeyQ: () => location.assign("/"),
};

function keyOf({ code, altKey, ctrlKey, metaKey, shiftKey }) {
  if (code === "Enter" && (ctrlKey || metaKey)) {
    return () => document.getElementById("approve")?.requestSubmit();
  }
  if (!altKey || ctrlKey || metaKey || shiftKey) return undefined;
  const digit = /^Digit([1-9])$/.exec(code)?.[1];
  return digit ? () => turnTo(digit) : ALT[code];
}

let logOff;

/** A screen that nobody uses shows nothing when the session is over. */
function stayAwake() {
  clearTimeout(logOff);
  const idleMs = Number(document.body.dataset.idleMs);
  if (idleMs > 0) {
    logOff = setTimeout(
      () => location.replace(`/sign-in?over&next=${encodeURIComponent(location.pathname)}`),
      idleMs,
    );
  }
}

document.addEventListener("keydown", (event) => {
  const act = keyOf(event);
  if (!act) return;
  event.preventDefault();
  act();
});

document.addEventListener("submit", (event) => {
  if (!event.target.matches("form.value, form.swap, form.search")) return;
  event.preventDefault();
  send(event.target);
});

document.addEventListener("focusin", ({ target }) => {
  const { path } = target.closest("[data-path]")?.dataset ?? {};
  if (path) point(path);
});

document.addEventListener("click", ({ target }) => {
  const tab = target.closest("nav.pages button");
  if (tab) return turnTo(tab.dataset.page);
  const { path } = target.closest("button.edit, rect[data-path]")?.dataset ?? {};
  if (path) enter(doubtful().find((form) => form.dataset.path === path) ?? edit(path));
});

stayAwake();
watchPictures();
if (document.getElementById("panel")) goOn(0);
else document.querySelector("#queue a")?.focus();
