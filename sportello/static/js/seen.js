// <sp-seen after="4"><form method="post">: sends the form once the page has really been before somebody's eyes for so many seconds (one).
class Seen extends HTMLElement {
  connectedCallback() {
    const wait = Number(this.getAttribute("after") ?? 1) * 1000
    this.look = () => {
      clearTimeout(this.timer)
      if (document.visibilityState === "visible") this.timer = setTimeout(() => this.tell(), wait)
    }
    document.addEventListener("visibilitychange", this.look)
    this.look()
  }

  disconnectedCallback() {
    clearTimeout(this.timer)
    document.removeEventListener("visibilitychange", this.look)
  }

  tell() {
    this.disconnectedCallback()
    const form = this.querySelector("form")
    fetch(form.action, { method: "POST", body: new FormData(form), keepalive: true }).catch(() => {}) // unread stays unread: harmless
  }
}

customElements.define("sp-seen", Seen)
