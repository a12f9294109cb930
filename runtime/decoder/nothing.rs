// Only here so that Cargo.toml is a package.
