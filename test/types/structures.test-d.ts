/** What the types of the structures, codes and hooks promise. Checked by the compiler, never run. */
import { expectTypeOf } from 'vitest';
import type { HookLists, ResponseHook } from '../../src/requests/types.js';
import { default_hooks } from '../../src/requests/hooks.js';
import { codes } from '../../src/requests/status-codes.js';
import { CaseInsensitiveDict, LookupDict } from '../../src/requests/structures/index.js';

const headers = new CaseInsensitiveDict({ Accept: 'x' });
expectTypeOf(headers).toEqualTypeOf<CaseInsensitiveDict>();
// There may be no header of that name.
expectTypeOf(headers['accept']).toEqualTypeOf<string | undefined>();
expectTypeOf(headers.get('accept')).toEqualTypeOf<string | null>();
expectTypeOf(headers.get('accept', 1)).toEqualTypeOf<string | number>();
expectTypeOf(headers.getitem('accept')).toEqualTypeOf<string>();
expectTypeOf(headers.pop('accept')).toEqualTypeOf<string>();
expectTypeOf(headers.pop('accept', null)).toEqualTypeOf<string | null>();
expectTypeOf(headers.items()).toEqualTypeOf<[name: string, value: string][]>();
expectTypeOf(headers.copy()).toEqualTypeOf<CaseInsensitiveDict>();
expectTypeOf([...headers]).toEqualTypeOf<string[]>();
expectTypeOf(headers).toExtend<Record<string, unknown>>();
headers['Accept'] = 'y';
delete headers['Accept'];
// @ts-expect-error a value is a string
headers['Accept'] = 5;

expectTypeOf(new CaseInsensitiveDict<number>([['a', 1]])['A']).toEqualTypeOf<number | undefined>();
expectTypeOf(new CaseInsensitiveDict(new Map([['a', 1]])).getitem('a')).toEqualTypeOf<number>();
expectTypeOf(new CaseInsensitiveDict(new Headers()).getitem('a')).toEqualTypeOf<string>();
expectTypeOf(new CaseInsensitiveDict()).toEqualTypeOf<CaseInsensitiveDict>();

// Every status has its literal type, so that a switch over it can be checked.
expectTypeOf(codes.ok).toEqualTypeOf<200>();
expectTypeOf(codes.OK).toEqualTypeOf<200>();
expectTypeOf(codes.uri_too_long).toEqualTypeOf<414>();
expectTypeOf(codes['\\o/']).toEqualTypeOf<200>();
expectTypeOf(codes.get('some_name')).toEqualTypeOf<number | null>();
expectTypeOf(codes).not.toHaveProperty('not_fuond');
// @ts-expect-error statuses do not change
codes.ok = 201;

expectTypeOf(new LookupDict<number>('x')['a']).toEqualTypeOf<number | undefined>();

expectTypeOf(default_hooks()).toEqualTypeOf<HookLists>();
expectTypeOf<HookLists['response']>().toEqualTypeOf<ResponseHook[]>();
