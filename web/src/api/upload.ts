import { ApiProblem, problemOf, unreachable } from "./problem.ts";

/**
 * Sends a file as the body of a POST request, which openapi-fetch cannot while telling how far it is: `onShare` hears the part that is on its
 * way, from 0 to 1. Resolves with the answer, or throws an ApiProblem.
 */
export function uploadFile<Answer>(path: string, file: File, onShare: (share: number) => void): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", `${path}?fileName=${encodeURIComponent(file.name)}`);
    request.setRequestHeader("content-type", "application/octet-stream");
    request.upload.addEventListener("progress", ({ loaded, total }) => onShare(total === 0 ? 1 : loaded / total));
    request.addEventListener("error", () => reject(unreachable()));
    request.addEventListener("abort", () => reject(unreachable()));
    request.addEventListener("load", () => {
      const body = jsonOf(request.responseText);
      if (request.status >= 400) reject(problemOf(request.status, body));
      else if (body === undefined) reject(new ApiProblem("internal", request.status, "no JSON"));
      else resolve(body as Answer);
    });
    request.send(file);
  });
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
