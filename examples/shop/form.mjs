// Reads a posted form: urlencoded or multipart, with files. Bounded; nothing is written to disk.

const BYTES_MAX = 34 * 1024 * 1024;

/** The fields as strings, and the files as { field, name, type, size, text, sum }. */
export async function formOf(request) {
  const body = await bodyOf(request);
  const kind = request.headers["content-type"] ?? "";
  if (kind.startsWith("application/json")) return { fields: parsed(body), files: [] };
  const data = await new Response(body, { headers: { "content-type": kind } }).formData().catch(() => {
    throw Object.assign(new Error("this form cannot be read"), { status: 400 });
  });
  const form = { fields: {}, files: [] };
  for (const [name, value] of data) {
    if (typeof value === "string") form.fields[name] = value;
    else if (value.name) form.files.push(await fileOf(name, value));
  }
  return form;
}

async function fileOf(field, file) {
  const content = Buffer.from(await file.arrayBuffer());
  return { field, name: file.name, type: file.type, size: file.size, content };
}

function parsed(body) {
  try {
    return JSON.parse(body.toString("utf8"));
  } catch {
    throw Object.assign(new Error("this is no JSON"), { status: 400 });
  }
}

async function bodyOf(request) {
  const parts = [];
  let size = 0;
  for await (const part of request) {
    size += part.length;
    if (size > BYTES_MAX) throw Object.assign(new Error("this form is too large"), { status: 413 });
    parts.push(part);
  }
  return Buffer.concat(parts);
}
