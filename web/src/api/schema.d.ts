export interface paths {
  "/api/v1/session": {
    get: { parameters: {}; responses: { 200: { content: { "application/json": components["schemas"]["Session"] } } } };
    post: {
      parameters: {};
      requestBody: { content: { "application/json": { email: string; password: string } } };
      responses: { 200: { content: { "application/json": components["schemas"]["Session"] } } };
    };
    delete: { parameters: {}; responses: { 204: { content?: never } } };
  };
  "/api/v1/session/link": {
    post: {
      parameters: {};
      requestBody: { content: { "application/json": { token: string } } };
      responses: { 200: { content: { "application/json": components["schemas"]["Session"] } } };
    };
  };
  "/api/v1/setup": {
    get: { parameters: {}; responses: { 200: { content: { "application/json": { needed: boolean } } } } };
    post: {
      parameters: {};
      requestBody: { content: { "application/json": { token: string; name: string; email: string; password: string } } };
      responses: { 200: { content: { "application/json": components["schemas"]["Session"] } } };
    };
  };
}
export interface components {
  schemas: {
    Session: { user: { id: number; email: string; name: string; role: "owner" | "operator" | "viewer" }; features: "inbox"[] };
  };
}
