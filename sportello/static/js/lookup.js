// <sp-lookup url="…"><input type="search">… <div data-found>: what is typed is looked up at the url, under the name of the input; the
// answer takes the place of [data-found]; ticked boxes go to [data-kept]. Down and Enter take the first choice and send nothing.
class Lookup extends HTMLElement {
  connectedCallback() {
    this.input = this.querySelector("input[type=search]")
    this.input.addEventListener("input", () => {
      clearTimeout(this.waiting)
      this.waiting = setTimeout(() => this.look(), 120)
    })
    setTimeout(() => { if (this.input.value && !this.querySelector(".lookup__one")) this.look() }) // A draft came back.
    this.input.addEventListener("keydown", (event) => {
      if (!["ArrowDown", "Enter"].includes(event.key) || event.isComposing) return
      event.preventDefault()
      this.choose()
    })
  }

  disconnectedCallback() { clearTimeout(this.waiting) }

  async choose() {
    clearTimeout(this.waiting)
    if (this.looked !== this.input.value) await this.look()
    const first = this.querySelector("[data-found] input:is([type=radio], [type=checkbox])")
    if (!first) return
    first.checked = true
    first.focus()
  }

  // What is ticked stays chosen when something else is looked up.
  keep(fresh) {
    const kept = this.querySelector("[data-kept]")
    if (!kept) return
    for (const box of this.querySelectorAll("[data-found] input[type=checkbox]:checked")) kept.append(box.closest(".lookup__one"))
    for (const box of kept.querySelectorAll("input")) fresh.querySelector(`input[name="${box.name}"][value="${CSS.escape(box.value)}"]`)?.closest(".lookup__one").remove()
  }

  async look() {
    const typed = this.input.value
    const url = new URL(this.getAttribute("url"), location.href)
    url.searchParams.set(this.input.name, typed)
    const answer = await fetch(url, { redirect: "manual" }).catch(() => null)
    if (!answer?.ok || typed !== this.input.value || typed === this.looked) return // Something else was typed meanwhile.
    const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("[data-found]")
    if (!fresh) return
    this.looked = typed
    this.keep(fresh)
    this.querySelector("[data-found]").replaceWith(fresh)
    const count = this.querySelector("[role=status]")
    if (count) count.textContent = fresh.dataset.count ?? ""
  }
}

customElements.define("sp-lookup", Lookup)
