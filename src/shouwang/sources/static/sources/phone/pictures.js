// Photos are shrunk here, before they are kept: drawn anew, so without place, camera or anything hidden.

const EDGE = 1280;
const QUALITY = 0.72;

const bytesOf = (canvas, media, quality) => new Promise((resolve, reject) => {
  canvas.toBlob((blob) => (blob ? blob.arrayBuffer().then((buffer) => resolve(new Uint8Array(buffer))) : reject(new Error("no picture"))), media, quality);
});

export async function shrink(file) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, EDGE / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return bytesOf(canvas, "image/jpeg", QUALITY);
}

// A field to sign with a finger; answers {canvas, isEmpty, clear, bytes}.
export function pad(onChange) {
  const canvas = document.createElement("canvas");
  canvas.className = "pad";
  canvas.width = 640;
  canvas.height = 280;
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", "签名处，用手指写");
  const pen = canvas.getContext("2d");
  let strokes = 0;
  let isDown = false;
  const blank = () => {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    Object.assign(pen, { strokeStyle: "#1d2433", lineWidth: 5, lineCap: "round", lineJoin: "round" });
    strokes = 0;
  };
  const place = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) * canvas.width) / box.width, ((event.clientY - box.top) * canvas.height) / box.height];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    isDown = true;
    pen.beginPath();
    pen.moveTo(...place(event));
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!isDown) return;
    pen.lineTo(...place(event));
    pen.stroke();
    strokes += 1;
  });
  const up = () => { if (isDown) { isDown = false; onChange(); } };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  blank();
  return { canvas, isEmpty: () => strokes < 3, clear: () => { blank(); onChange(); }, bytes: () => bytesOf(canvas, "image/png") };
}
