// Stands in for @actions/http-client in what is built: @actions/core loads it, and with it undici, at every start, for its
// identity tokens (getIDToken) alone. Nothing here asks for one.
export class HttpClient {
  constructor() {
    throw new Error('this build has no client for identity tokens')
  }
}

export class BearerCredentialHandler {}
