import { settings } from '../config.ts'

type SettingName = (typeof settings)[number]['name']

/** The settings of a command for its --help, from the one table that has them. */
export function describeSettings(names?: readonly SettingName[]): string {
  const lines = settings
    .filter((setting) => names === undefined || names.includes(setting.name))
    .map((setting) => {
      const unit = setting.unit === 'text' ? '' : ` (${setting.unit})`
      const byDefault = setting.default === '' ? 'Not set by default.' : `Default: ${setting.default}.`
      return `  ${setting.name}${unit}\n      ${setting.sentence} ${byDefault}`
    })
  return `\nSettings, from the environment:\n${lines.join('\n')}`
}
