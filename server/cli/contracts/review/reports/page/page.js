// Filters what is shown. The page says everything without this.
(function () {
  "use strict";
  var form = document.getElementById("filters");
  if (!form) { return; }
  var changes = Array.prototype.slice.call(document.querySelectorAll("article.change"));
  function picked(id) { var field = document.getElementById(id); return field ? field.value : ""; }
  function hideEmpty(selector, inner) {
    document.querySelectorAll(selector).forEach(function (each) {
      each.hidden = !each.querySelector(inner + ":not([hidden])");
    });
  }
  function apply() {
    var verdicts = Array.prototype.slice.call(form.querySelectorAll("input:checked")).map(function (box) { return box.value; });
    var kind = picked("kind"), owner = picked("owner"), number = 0;
    changes.forEach(function (change) {
      var part = change.closest(".part").dataset.part;
      var shown = verdicts.indexOf(part) >= 0 && (!kind || change.dataset.kind === kind) &&
        (!owner || change.dataset.owners.split("\n").indexOf(owner) >= 0);
      change.hidden = !shown;
      document.querySelector('[data-for="' + change.id + '"]').hidden = !shown;
      number += shown ? 1 : 0;
    });
    hideEmpty(".group", "article.change");
    hideEmpty(".part", "article.change");
    document.querySelectorAll(".contents ul").forEach(function (list) {
      list.hidden = !list.querySelector("li:not([hidden])");
      list.previousElementSibling.hidden = list.hidden;
    });
    document.getElementById("shown").textContent = number === changes.length ? "" : number + " of " + changes.length + " shown";
  }
  form.addEventListener("change", apply);
  form.addEventListener("submit", function (event) { event.preventDefault(); });
  form.hidden = false;
})();
