// <sp-frame-height><iframe sandbox="allow-same-origin">: the frame becomes as tall as its page, which may run no script of its own.
class FrameHeight extends HTMLElement {
  connectedCallback() {
    this.frame = this.querySelector("iframe")
    this.frame.addEventListener("load", () => this.watch())
    if (this.frame.contentDocument?.readyState === "complete") this.watch()
  }

  disconnectedCallback() {
    this.observer?.disconnect()
  }

  watch() {
    const page = this.frame.contentDocument?.documentElement
    if (!page || page.ownerDocument.URL === "about:blank") return
    this.observer?.disconnect()
    this.observer = new ResizeObserver(() => { this.frame.height = Math.ceil(page.getBoundingClientRect().height) })
    this.observer.observe(page)
  }
}

customElements.define("sp-frame-height", FrameHeight)
