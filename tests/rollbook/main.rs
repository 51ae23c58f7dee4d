//! Tests of the whole core without PHP, and of the repository's own rules.

#[cfg(test)]
mod access;
#[cfg(test)]
mod admission;
#[cfg(test)]
mod batches;
#[cfg(test)]
mod bodies;
#[cfg(test)]
mod conditions;
#[cfg(test)]
mod demand;
#[cfg(test)]
mod entra_cycles;
#[cfg(test)]
mod errors;
#[cfg(test)]
mod filters;
#[cfg(test)]
mod hostile;
#[cfg(test)]
mod in_memory;
#[cfg(test)]
mod limits;
#[cfg(test)]
mod linking;
#[cfg(test)]
mod lives;
#[cfg(test)]
mod losses;
#[cfg(test)]
mod mappings;
#[cfg(test)]
mod members_limit;
#[cfg(test)]
mod memory_host;
#[cfg(test)]
mod nesting;
#[cfg(test)]
mod network;
#[cfg(test)]
mod passwords;
#[cfg(test)]
mod people;
#[cfg(test)]
mod regression;
#[cfg(test)]
mod roles;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod site;
#[cfg(test)]
mod sorting_limit;
#[cfg(test)]
mod stubs;
#[cfg(test)]
mod tidy;
#[cfg(test)]
mod translations;
