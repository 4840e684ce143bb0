targetScope = 'subscription'
param list array
param other array
