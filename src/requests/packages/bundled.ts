/** The same as `lazy.ts`, in a form that bundlers follow. Only they use the condition `module`. */
import IconvLite from 'iconv-lite';
import * as ToughCookie from 'tough-cookie';
import Tr46 from 'tr46';
import type { Tr46 as Tr46Module } from './tr46.js';

export const iconv = (): typeof IconvLite => IconvLite;
export const tough = (): typeof ToughCookie => ToughCookie;
export const tr46 = (): Tr46Module => Tr46;
