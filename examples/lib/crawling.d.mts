import type { Response } from 'requests-futures/requests';

export function readPage(response: Response & { data?: { page: number; worker: number } }): void;
