// <sp-theme><button value="light|dark|">: the choice is a cookie, so that the server draws the next page right at once.
class Theme extends HTMLElement {
  connectedCallback() {
    this.addEventListener("click", (event) => {
      const button = event.target.closest("button")
      if (button) this.choose(button.value)
    })
    this.mark(document.documentElement.dataset.theme ?? "")
  }

  choose(theme) {
    document.cookie = `sportello_theme=${theme}; path=/; max-age=${theme ? 31536000 : 0}; samesite=lax`
    if (theme) document.documentElement.dataset.theme = theme
    else delete document.documentElement.dataset.theme
    this.mark(theme)
  }

  mark(theme) {
    for (const button of this.querySelectorAll("button")) button.setAttribute("aria-pressed", button.value === theme)
  }
}

customElements.define("sp-theme", Theme)
