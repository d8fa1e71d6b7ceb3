/** An answer of our own, instead of the other server's. */
export interface Refusal {
  readonly status: 400 | 500 | 502 | 508;
  readonly detail: string;
}

export const BUG: Refusal = { status: 500, detail: 'The gateway failed at this request; its log tells why.' };

export const NOT_A_PATH: Refusal = {
  status: 400,
  detail: 'What is asked for must be a path: it begins with / and holds no blanks and no control characters.',
};

/** To pass any other protocol would be to pass answers unseen. */
export const NOT_A_WEBSOCKET: Refusal = {
  status: 400,
  detail: 'The gateway changes to no protocol but websocket, by GET without a body. Ask again without "Upgrade".',
};

/** What would come as an ordinary answer to it would pass unseen. */
export const NO_WEBSOCKET_HERE: Refusal = {
  status: 400,
  detail: 'There is no websocket at this path. Ask again without "Upgrade".',
};
