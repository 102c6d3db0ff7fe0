// Hides the routes that do not have the words; opens what the address points to.
const field = document.getElementById("filter");
const found = document.getElementById("found");
const routes = [...document.querySelectorAll(".route")];
document.querySelector(".filter").hidden = false;
field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const route of routes) {
        const text = route.querySelector("summary").textContent.toLowerCase();
        route.hidden = !words.every((word) => text.includes(word));
        shown += route.hidden ? 0 : 1;
    }
    found.textContent = words.length ? `${shown} of ${routes.length}` : "";
});
const open = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target instanceof HTMLDetailsElement) target.open = true;
};
addEventListener("hashchange", open);
open();
