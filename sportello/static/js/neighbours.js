// <sp-neighbours>: links to the list that this page was reached from (sp-list), and to the rows before and after this one.
class Neighbours extends HTMLElement {
  connectedCallback() {
    const list = JSON.parse(sessionStorage.getItem("list") ?? "null")
    const at = list ? list.hrefs.indexOf(location.pathname) : -1
    if (at < 0) return this.remove()
    const ways = {
      "[data-back]": `${list.here}#row`,
      "[rel=prev]": list.hrefs[at - 1] ?? list.before,
      "[rel=next]": list.hrefs[at + 1] ?? list.after,
    }
    for (const [link, href] of Object.entries(ways)) {
      if (href) this.querySelector(link).href = href
      else this.querySelector(link).remove()
    }
    sessionStorage.setItem("list-row", location.pathname)
    this.hidden = false
  }
}

customElements.define("sp-neighbours", Neighbours)
