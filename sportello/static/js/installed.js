// The desk as an app of its own: registers the service worker on the agents' pages; forgets all pages where one signs in.
// A page that comes from the browser's store ([data-kept-at] on the root) says so and sends nothing.
const isOffline = () => document.documentElement.dataset.keptAt || !navigator.onLine

function tell() {
  const sign = document.querySelector("[data-offline]")
  if (!sign) return
  const at = document.documentElement.dataset.keptAt
  sign.hidden = !isOffline()
  sign.querySelector("[data-as-it-was]").hidden = !at
  if (!at) return
  const time = sign.querySelector("time")
  time.dateTime = at
  time.textContent = new Date(at).toLocaleString(document.documentElement.lang, { dateStyle: "short", timeStyle: "short" })
}

if ("serviceWorker" in navigator) {
  if (document.body.dataset.frame === "agent") navigator.serviceWorker.register("/worker.js").catch(() => {}) // Without one all works online.
  if (document.querySelector("[data-forgets-pages]")) caches.delete("pages")
}
for (const happening of ["online", "offline"]) addEventListener(happening, tell)
document.addEventListener("sp-page", tell)
tell()

document.addEventListener("submit", (event) => {
  if (!isOffline() || event.target.method !== "post") return
  event.preventDefault()
  const sign = document.querySelector("[data-offline]")
  sign?.scrollIntoView({ block: "nearest" })
  sign?.classList.add("banner--negative")
}, true)
