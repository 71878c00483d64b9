// Starts JupyterLab with the plugins that build.mjs found.
import { JupyterLab } from '@jupyterlab/application';
import { JupyterPluginRegistry, PageConfig } from '@jupyterlab/coreutils';
import { IConnectionStatus, IServiceManager } from '@jupyterlab/services';
import { plugins, renderers } from './generated/extensions.js';

const off = new Set(JSON.parse(PageConfig.getOption('disabledExtensions') || '[]'));
const info = [];

async function load(list) {
  const wanted = [];
  for (const [name, module] of list) {
    const found = await module();
    for (const plugin of [].concat(found.default ?? found)) {
      const enabled = !off.has(plugin.id) && !off.has(name);
      info.push({ id: plugin.id, description: plugin.description ?? '', requires: plugin.requires ?? [], optional: plugin.optional ?? [],
        provides: plugin.provides ?? null, autoStart: plugin.autoStart, enabled, extension: name });
      if (enabled) wanted.push(plugin);
    }
  }
  return wanted;
}

window.addEventListener('load', async () => {
  const mimeExtensions = await load(renderers);
  const pluginRegistry = new JupyterPluginRegistry();
  pluginRegistry.registerPlugins(await load(plugins));
  const lab = new JupyterLab({
    pluginRegistry, mimeExtensions, availablePlugins: info,
    serviceManager: await pluginRegistry.resolveRequiredService(IServiceManager),
    connectionStatus: await pluginRegistry.resolveOptionalService(IConnectionStatus),
    disabled: { matches: info.filter(p => !p.enabled).map(p => p.id), patterns: [] },
    deferred: { matches: [], patterns: [] }
  });
  window.jupyterapp = lab; // by which the tests ask and steer it
  await lab.start({ bubblingKeydown: true });
  await lab.restored;
  document.documentElement.dataset.labReady = 'yes';
});
