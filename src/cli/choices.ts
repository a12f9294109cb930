import { Argument, Option } from 'commander';

/**
 * Options and arguments whose values are known beforehand. Shells complete them; what is given is checked by
 * the command itself, whose errors speak in our own form.
 */
export const choices = {
  option(flags: string, description: string, values: readonly string[]): Option {
    const option = new Option(flags, description);
    option.argChoices = [...values];
    return option;
  },
  argument(name: string, description: string, values: readonly string[]): Argument {
    const argument = new Argument(name, description);
    argument.argChoices = [...values];
    return argument;
  },
};
