// Saves charts as files. Without this script the page is complete but for its two buttons below each chart.
const rules = document.getElementById("rules").textContent;
const space = "http://www.w3.org/2000/svg";

// The chart as it goes into a paper: its own rules, light, with a size.
function alone(figure) {
  const svg = figure.querySelector(".wide svg").cloneNode(true);
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  svg.setAttribute("xmlns", space);
  svg.setAttribute("width", width);
  svg.setAttribute("height", height);
  const style = document.createElementNS(space, "style");
  style.textContent = rules;
  svg.insertBefore(style, svg.firstChild);
  return { text: new XMLSerializer().serializeToString(svg), width, height };
}

function save(blob, name) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

function png({ text, width, height }, name) {
  const picture = new Image();
  const url = URL.createObjectURL(new Blob([text], { type: "image/svg+xml" }));
  picture.onload = () => {
    const canvas = document.createElement("canvas");
    canvas.width = 2 * width;
    canvas.height = 2 * height;
    canvas.getContext("2d").drawImage(picture, 0, 0, canvas.width, canvas.height);
    URL.revokeObjectURL(url);
    canvas.toBlob((blob) => save(blob, name), "image/png");
  };
  picture.src = url;
}

for (const figure of document.querySelectorAll("figure")) {
  for (const button of figure.querySelectorAll("button")) {
    button.hidden = false;
    button.addEventListener("click", () => {
      const chart = alone(figure);
      const name = `${figure.id}.${button.dataset.save}`;
      if (button.dataset.save === "svg") save(new Blob([chart.text], { type: "image/svg+xml" }), name);
      else png(chart, name);
    });
  }
}
