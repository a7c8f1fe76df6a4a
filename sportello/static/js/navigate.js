// Links between pages of one frame (<body data-frame="agent">) fetch the next page and put its body in place: the browser reads
// no style and no script anew. A page that is pointed at, or whose link has the focus, is fetched beforehand. "sp-page" says that
// another page stands. Forms, files, other frames, errors and browsers without the Navigation API load as ever.
const FILES = /\/(attachments\/\d+|original|export|refused|letter|body)$/
const POINTED = ".nav__link, .tab-bar__link, .tabs__tab, .ticket-row__subject, .lines__line, .pager a, sp-neighbours a"
const FRESH_MS = 5000
const POINTING_MS = 60
// Words that are being kept ("sp-saving") come first: a page that was asked for before them would be without them.
const SAVING_MS = 2000
const fetched = new Map()
let pointing = 0
let saving = null
let savingSince = 0

const frameOf = (page) => page.body?.dataset.frame
const filesOf = (page) => Array.from(page.querySelectorAll("head script[src], head link[rel=stylesheet]"), (it) => it.getAttribute("src") ?? it.getAttribute("href")).join()
const withoutHash = (url) => url.split("#")[0]
const isOurs = (url) => url.origin === location.origin && !FILES.test(url.pathname) && Boolean(frameOf(document))

async function load(url) {
  await saving
  const answer = await fetch(url, { headers: { "X-Sportello-Frame": frameOf(document) } })
  if (!answer.ok || !answer.headers.get("content-type")?.startsWith("text/html")) throw new Error(answer.status)
  const page = new DOMParser().parseFromString(await answer.text(), "text/html")
  if (frameOf(page) !== frameOf(document) || filesOf(page) !== filesOf(document)) throw new Error("another frame")
  return { arrived: answer.url, page }
}

function ask(url) {
  const kept = fetched.get(url)
  if (kept && kept.at > savingSince && performance.now() - kept.at < FRESH_MS) return kept.answer
  const answer = load(url)
  answer.catch(() => fetched.delete(url))
  fetched.set(url, { at: performance.now(), answer })
  return answer
}

function show(page) {
  const scrolled = document.querySelector(".shell__nav")?.scrollTop
  for (const name of ["lang", "data-theme", "data-kept-at"]) {
    const value = page.documentElement.getAttribute(name)
    if (value === document.documentElement.getAttribute(name)) continue // Written again it would have all styles worked out anew.
    value === null ? document.documentElement.removeAttribute(name) : document.documentElement.setAttribute(name, value)
  }
  document.title = page.title
  document.body.replaceWith(document.adoptNode(page.body))
  if (scrolled) document.querySelector(".shell__nav").scrollTop = scrolled
  document.dispatchEvent(new Event("sp-page"))
  // Whatever the page itself has chosen keeps the focus; else reading goes on at its beginning.
  if (document.activeElement === document.body) (document.querySelector("[autofocus]") ?? document.getElementById("main"))?.focus({ preventScroll: true })
  const said = document.querySelector("[data-arrived]")
  setTimeout(() => { if (said) said.textContent = document.title }, 100) // Said to whoever does not see it change.
}

async function go(event, url) {
  try {
    const { arrived, page } = await ask(url)
    fetched.delete(url)
    if (event.signal.aborted) return
    show(page)
    if (withoutHash(arrived) !== withoutHash(url)) history.replaceState(null, "", arrived)
  } catch {
    if (!event.signal.aborted) location.reload() // The address is there already; a replace would be met here again, without end.
  }
}

document.addEventListener("sp-saving", ({ detail }) => {
  saving = Promise.race([detail, new Promise((done) => setTimeout(done, SAVING_MS))])
  savingSince = performance.now()
})

if (window.navigation) {
  navigation.addEventListener("navigate", (event) => {
    const { destination, navigationType: type } = event
    const isPage = event.canIntercept && !event.hashChange && !event.formData && event.downloadRequest === null && type !== "reload"
    // pushState and replaceState draw nothing; a step back to a page that was put in place does.
    if (!isPage || (destination.sameDocument && type !== "traverse") || !isOurs(new URL(destination.url))) return
    event.intercept({ focusReset: "manual", handler: () => go(event, destination.url) })
  })

  const point = ({ target }) => {
    const link = target.closest?.("a[href]")
    clearTimeout(pointing)
    if (!link?.matches(POINTED) || link.target || !isOurs(link) || withoutHash(link.href) === withoutHash(location.href)) return
    pointing = setTimeout(() => ask(link.href).catch(() => {}), POINTING_MS)
  }
  document.addEventListener("pointerover", point, { passive: true })
  document.addEventListener("focusin", point)
}
