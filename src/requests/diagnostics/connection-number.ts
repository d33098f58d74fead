const numbers = new WeakMap<object, number>();
let last = 0;

/** The number by which events name a connection, counted from 1 in each thread. */
export function connectionNumber(socket: object): number {
  let number = numbers.get(socket);
  if (number === undefined) {
    number = last += 1;
    numbers.set(socket, number);
  }
  return number;
}
