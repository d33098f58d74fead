import { type PreparedRequest, Response } from 'requests-futures';
import { adapters } from 'requests-futures/requests';

/** Answers without a transport, and keeps the options that it was given. */
export class StubAdapter extends adapters.BaseAdapter {
  readonly options: object[] = [];

  override send(request: PreparedRequest, options: object): Promise<Response> {
    this.options.push(options);
    const response = new Response();
    Object.assign(response, { status_code: 201, _content: Buffer.from('four'), request, url: request.url });
    response.headers = { 'X-From': 'stub' };
    return Promise.resolve(response);
  }

  override close(): void {
    // Holds nothing.
  }
}
