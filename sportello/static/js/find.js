/* <sp-find data-into="found"><form method="get">…: what the form finds appears in #found as one types. */
const WAIT = 150;

customElements.define("sp-find", class extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.addEventListener("input", this.later);
    this.addEventListener("change", this.later);
    this.addEventListener("submit", this.now);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
    this.request?.abort();
  }

  later = () => {
    clearTimeout(this.timer);
    this.timer = setTimeout(this.find, WAIT);
  };

  now = (event) => {
    event.preventDefault();
    clearTimeout(this.timer);
    this.find();
  };

  find = async () => {
    const url = new URL(this.form.action || location.href);
    url.search = new URLSearchParams([...new FormData(this.form)].filter(([, value]) => value));
    this.request?.abort();
    this.request = new AbortController();
    const into = document.getElementById(this.dataset.into);
    try {
      const answer = await fetch(url, { signal: this.request.signal });
      if (!answer.ok || answer.redirected) return this.form.submit();
      const found = new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(this.dataset.into);
      into.replaceChildren(...found.childNodes);
      history.replaceState(history.state, "", url);
    } catch (error) {
      if (error.name !== "AbortError") this.form.submit();
    }
  };
});
