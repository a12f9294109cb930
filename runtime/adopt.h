/* Takes a module in: decides what it is, redirects its allocation functions, tells the ledger. */
#ifndef CROSSFREE_ADOPT_H
#define CROSSFREE_ADOPT_H

struct module;

void adopt_module(struct module *module);
void forget_module(struct module *module);

#endif
