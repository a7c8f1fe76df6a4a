// Keeps lists, counts and the side of a ticket fresh: fetches the page once more when the stream says that something has changed, after
// a delay of its own, so that all pages do not ask at once, and only while somebody looks. What is being used stays as it is, rows keep
// their place, and new ones wait behind a button.
let pending = 0
let hasMissed = false

const isBusy = (part) => part.contains(document.activeElement) || part.matches(":hover") || part.querySelector("[open].menu, dialog[open]") ||
  Array.from(part.querySelectorAll("input:not([type=hidden]), textarea, select")).some((field) => field.value !== initial(field) || field.checked !== field.defaultChecked)
const initial = (field) => field.options ? (Array.from(field.options).find((it) => it.defaultSelected) ?? field.options[0])?.value : field.type === "checkbox" || field.type === "radio" ? field.value : field.defaultValue

function later({ spread = 1 } = {}) {
  if (document.visibilityState !== "visible") return void (hasMissed = true)
  pending ||= setTimeout(refresh, Math.random() * spread * 1000)
}

async function refresh() {
  pending = 0
  const here = location.href
  const answer = await fetch(here).catch(() => null)
  if (!answer?.ok || answer.redirected || here !== location.href) return
  const drawn = new DOMParser().parseFromString(await answer.text(), "text/html")
  for (const kind of [".nav__link", ".tab-bar__link", ".tabs__tab"]) exchange(`${kind}[href]`, drawn, "href")
  exchange(".page-head__count", drawn, "class")
  exchange("[data-fresh]", drawn, "data-fresh")
  side(drawn)
  rows(drawn)
  document.dispatchEvent(new CustomEvent("live:refreshed", { detail: { page: drawn } }))
}

// Each part takes on what its counterpart holds, unless it is in use.
function exchange(selector, drawn, by) {
  const fresh = new Map(Array.from(drawn.querySelectorAll(selector), (part) => [part.getAttribute(by), part]))
  for (const part of document.querySelectorAll(selector)) {
    const next = fresh.get(part.getAttribute(by))
    if (!next || next.innerHTML === part.innerHTML || (by !== "href" && isBusy(part))) continue
    part.querySelectorAll("details[open][id]").forEach(({ id }) => next.querySelector(`#${CSS.escape(id)}`)?.setAttribute("open", ""))
    part.replaceChildren(...next.cloneNode(true).childNodes)
  }
}

// The parts beside a conversation have no names: they are told by their places.
function side(drawn) {
  const [parts, fresh] = [document, drawn].map((page) => Array.from(page.querySelectorAll(".split__side > *")))
  if (parts.length === fresh.length) parts.forEach((part, at) => part.outerHTML === fresh[at].outerHTML || isBusy(part) || part.replaceWith(fresh[at]))
}

const address = (row) => row.querySelector(".ticket-row__subject")?.getAttribute("href")

function rows(drawn) {
  const fresh = new Map(Array.from(drawn.querySelectorAll(".ticket-row"), (row) => [address(row), row]))
  const there = Array.from(document.querySelectorAll(".ticket-row"))
  for (const row of there) {
    const next = fresh.get(address(row))
    row.classList.toggle("ticket-row--gone", !next)
    if (next) row.classList.toggle("ticket-row--unread", next.classList.contains("ticket-row--unread"))
    if (next && next.cells.length === row.cells.length) Array.from(row.cells, (cell, at) => {
      if (cell.innerHTML !== next.cells[at].innerHTML && !cell.contains(document.activeElement) && !cell.querySelector("input")) cell.replaceChildren(...next.cells[at].cloneNode(true).childNodes)
    })
  }
  if (!fresh.size || /[?&](after|before)=/.test(location.search)) return
  // Where there is a next page, a row at the end may only have moved up from there.
  const known = new Set(there.map(address))
  const order = [...fresh.keys()]
  const end = order.findLastIndex((it) => known.has(it))
  const isLast = !drawn.querySelector(".pager [rel=next]")
  const count = order.filter((it, at) => !known.has(it) && (at < end || end < 0 || isLast)).length
  const button = document.querySelector(".live__more")
  button.hidden = !count
  button.querySelector("span").textContent = count === 1 ? button.dataset.one : button.dataset.many.replace("{n}", count)
}

document.addEventListener("live:lists", ({ detail }) => later(detail))
document.addEventListener("live:ticket", ({ detail }) => later(detail))
document.addEventListener("visibilitychange", () => hasMissed && document.visibilityState === "visible" && ((hasMissed = false), later()))
document.addEventListener("click", (event) => event.target.closest(".live__more") && location.reload())
