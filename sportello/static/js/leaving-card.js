// An answer that can still be taken back goes along: what <sp-leaving> shows on its ticket's page stands on the pages after it as a
// small <sp-leaving-card>, from template[data-leaves], until its time is over. It is said to screen readers once.
const KEY = "sportello-leaving"
const SOON_MS = 60_000
const here = () => document.querySelector("sp-said[data-ticket]")?.dataset.ticket
const read = () => JSON.parse(sessionStorage.getItem(KEY) ?? "[]").filter(({ ends }) => ends > Date.now())
const write = (answers) => sessionStorage.setItem(KEY, JSON.stringify(answers))
const forget = (ticket) => write(read().filter((it) => it.ticket !== ticket))

class LeavingCard extends HTMLElement {
  connectedCallback() {
    this.count = this.querySelector(".leaving__count")
    this.addEventListener("submit", () => forget(this.dataset.ticket))
    this.timer = setInterval(() => this.tick(), 200)
    this.tick()
  }

  disconnectedCallback() { clearInterval(this.timer) }

  tick() {
    const left = (this.dataset.ends - Date.now()) / 1000
    this.count.textContent = new Intl.NumberFormat(document.documentElement.lang, { style: "unit", unit: "second", unitDisplay: "narrow" }).format(Math.max(0, Math.ceil(left)))
    this.style.setProperty("--leaving-left", Math.max(0, Math.min(1, left / 10)))
    if (left > 0) return
    if (this.contains(document.activeElement)) document.getElementById("main")?.focus({ preventScroll: true })
    this.remove()
  }
}

customElements.define("sp-leaving-card", LeavingCard)

function card({ ticket, ends, undo }) {
  const drawn = document.querySelector("template[data-leaves]").content.firstElementChild.cloneNode(true)
  Object.assign(drawn.dataset, { ticket, ends })
  drawn.querySelector("form").action = undo
  const link = drawn.querySelector("a")
  Object.assign(link, { href: `/tickets/${ticket}`, textContent: link.dataset.said.replace("{n}", ticket) })
  return drawn
}

// The ticket's own page knows best: it shows the answer itself, or it is not on its way any more.
function begin() {
  const [shown, ticket] = [document.querySelector("sp-leaving"), here()]
  const others = read().filter((it) => it.ticket !== ticket)
  const left = Number(shown?.getAttribute("left")) * 1000
  const undo = shown?.querySelector("[data-undoes]")?.getAttribute("action")
  write(undo && left > 0 && left <= SOON_MS ? [{ ticket, ends: Date.now() + left, undo }, ...others] : others)
  const place = document.querySelector(".leaving-cards")
  if (!place || !others.length) return
  place.replaceChildren(...others.map(card))
  const fresh = others.filter((it) => !it.isSaid)
  write(read().map((it) => ({ ...it, isSaid: it.isSaid || fresh.some(({ ticket: said }) => said === it.ticket) })))
  const said = document.querySelector("[data-leaves-said]")
  if (fresh.length) setTimeout(() => { said.textContent = place.querySelector("a")?.textContent ?? "" }, 500) // After the page's own title.
}

document.addEventListener("sp-page", begin)
begin()
