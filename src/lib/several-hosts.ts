/** Each address that one with several hosts names: `http://user@one:80,two:81/path`. @throws TypeError */
export function eachHost(url: string): URL[] {
  const [, before = '', hosts = '', after = ''] = /^([a-z]+:\/\/(?:[^@/]*@)?)([^/?#]*)(.*)$/i.exec(url) ?? [];
  return hosts.split(',').map((host) => new URL(`${before}${host}${after}`));
}
