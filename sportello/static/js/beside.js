// <sp-beside><…rows…><aside>, within sp-list: p or Space shows the row under the cursor in the aside (its link's page + "/preview"), and hides it again;
// it moves with the cursor and stays open for this tab. Where CSS leaves no room for it (--room: 0) the keys do nothing.
class Beside extends HTMLElement {
  connectedCallback() {
    const list = this.closest("sp-list")
    this.pane = this.querySelector("aside")
    this.pane.hidden = !sessionStorage.getItem("list-beside")
    list.addEventListener("row:key", (event) => this.onKey(event))
    list.addEventListener("row:here", ({ detail }) => this.later(detail))
    this.later(this.querySelector(".ticket-row__subject:focus") ?? this.querySelector(".ticket-row__subject"))
  }

  disconnectedCallback() { clearTimeout(this.waiting) }

  onKey(event) {
    const { key, isMod, target } = event.detail
    const isRow = target.matches(".ticket-row__subject")
    if (isMod || (key !== "p" && !(key === " " && isRow))) return
    if (getComputedStyle(this).getPropertyValue("--room").trim() !== "1") return
    event.preventDefault()
    this.pane.hidden = !this.pane.hidden
    sessionStorage.setItem("list-beside", this.pane.hidden ? "" : "1")
    this.later(isRow ? target : this.querySelector(".ticket-row__subject"))
  }

  later(link) {
    clearTimeout(this.waiting)
    if (link && !this.pane.hidden && this.shown !== link.pathname) this.waiting = setTimeout(() => this.show(link.pathname), 80)
  }

  async show(path) {
    this.shown = path
    const answer = await fetch(`${path}/preview`).catch(() => null)
    if (this.shown !== path) return
    const drawn = new DOMParser().parseFromString(answer?.ok ? await answer.text() : "", "text/html")
    this.pane.replaceChildren(...drawn.body.childNodes)
  }
}

customElements.define("sp-beside", Beside)
