# What a service may do with the key of one class (CLASS: identity, profile, narrative, protected or packet), and no more:
# not make, rotate, export or delete it. `update` alone, since with `create` a misspelt name would make a new key.
path "transit/encrypt/gabay-CLASS" { capabilities = ["update"] }
path "transit/decrypt/gabay-CLASS" { capabilities = ["update"] }
path "transit/rewrap/gabay-CLASS"  { capabilities = ["update"] }
path "transit/keys/gabay-CLASS"    { capabilities = ["read"] }
