// .toast leaves by itself after six seconds, unless it is being read or is an error.
function begin() {
  for (const toast of document.querySelectorAll(".toast:not([role=alert])")) {
    const leave = () => {
      if (toast.matches(":hover, :focus-within")) return void setTimeout(leave, 2000)
      toast.classList.add("toast--leaving")
      setTimeout(() => toast.remove(), 400)
    }
    setTimeout(leave, 6000)
  }
}

document.addEventListener("sp-page", begin)
begin()
