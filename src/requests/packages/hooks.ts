/** Python's `requests.hooks`. */
export { default_hooks, deregister_hook, dispatch_hook, HOOKS, register_hook } from '../hooks.js';
