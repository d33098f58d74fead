/**
 * Sets a variable of the environment until the returned object is disposed of: `using _ = set_environ('no_proxy', '*')`.
 * A value of null changes nothing. Python's `with set_environ(…)`.
 */
export function set_environ(env_name: string, value: string | null | undefined): Disposable {
  const previous = process.env[env_name];
  if (value !== null && value !== undefined) process.env[env_name] = value;
  return {
    [Symbol.dispose]: () => {
      if (value === null || value === undefined) return;
      if (previous === undefined) Reflect.deleteProperty(process.env, env_name);
      else process.env[env_name] = previous;
    },
  };
}
